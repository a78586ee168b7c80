/** How an answer says that a call was admitted: `<way>;uses=<left>` (R25), and whatever else it may say one day. */
export interface AdmissionNote {
  readonly way: string
  readonly usesLeft: number | undefined
}

const NOTE = /^([a-z+]{1,32})(?:;uses=(\d{1,10}))?(?:;(?!uses=)[a-z]{1,32}=\w{1,64})*$/

/** @param value of `Turnpike-Admission`; undefined for anything else than one note */
export function parseAdmission(value: string | undefined): AdmissionNote | undefined {
  const [, way, uses] = NOTE.exec(value ?? '') ?? []
  return way === undefined ? undefined : { way, usesLeft: uses === undefined ? undefined : Number(uses) }
}
