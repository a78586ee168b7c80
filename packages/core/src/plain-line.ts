// oxlint-disable-next-line no-control-regex -- they are what is looked for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * One line of a log, whatever strangers put into it: characters that end lines, steer terminals or turn the direction of
 * writing are written as JSON would escape them. JSON keeps its meaning: it has them within texts alone.
 */
export function plainLine(text: string): string {
  return text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
