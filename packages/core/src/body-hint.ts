import type { RequestView } from './request.ts'

/** Ends a complaint about an operator's function of the request: what no parser has read yet, it cannot read either. */
export function bodyHint(view: RequestView): string {
  if (view.method === 'GET' || view.method === 'HEAD' || view.body() !== undefined) return ''
  return '. Nothing has parsed the body of this request: put the parser, such as express.json(), before the gate'
}
