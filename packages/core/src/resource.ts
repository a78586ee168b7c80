/** What a challenge is bound to. Kinds never meet: a policy named like a route is another resource (R28). */
export interface Resource {
  readonly kind: 'gate' | 'policy' | 'route' | 'tool'
  readonly text: string
  /** Of what the call is about beyond its name (R34): narrows work to it, payment is for the text alone. No blanks. */
  readonly digest?: string
}

/** Every resource that this gate protects, for single use (R20). */
export const GATE_WIDE: Resource = { kind: 'gate', text: '' }

const KIND_BYTE: Readonly<Record<Resource['kind'], string>> = {
  gate: 'g',
  policy: 'p',
  route: 'r',
  tool: 't',
}

/** One text per resource, prefix-free: it goes into tags and window names. */
export function resourceKey(resource: Resource): string {
  const { kind, text, digest } = resource
  return digest === undefined ? KIND_BYTE[kind] + text : `${KIND_BYTE[kind]}${digest} ${text}`
}

/** The same without the digest: what was bought is good for a tool whatever its arguments (R34). */
export function paidResourceKey({ kind, text }: Resource): string {
  return KIND_BYTE[kind] + text
}
