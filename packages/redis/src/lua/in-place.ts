/**
 * The shortest way: the value begins with the windows of the shape, none of their records has expired, and each take falls
 * into the slot of its newest record. Then numbers change and lengths do not, so what follows may stay as it is, and so
 * may the name and the length that the first window begins with. The calls of a busy caller are mostly of this kind.
 *
 * @returns Lua that ends with `value`, to be written into `v`, a string, from byte `SAME_BYTES` on; or leaves it undefined.
 */
export function takeInPlace(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const parts = numbers.map((n) =>
    n < count ? `${packed(n)} .. sub(v, f${n}, e${n} + ${SAME_BYTES})` : packed(n),
  )
  return `
        repeat
          local p, length = 1, #v
${numbers.map(readWindow).join('\n')}
${numbers.map(growNewest).join('\n')}
          value = ${parts.join(' .. ')}
        until true`
}

/** A window's name, length, and how much is in its middle: what a take in place leaves as it is. */
export const SAME_BYTES = 13

/** Breaks off unless window n begins at byte p, and the take fits and grows its newest record. */
function readWindow(n: number): string {
  return `
          if p + NARROW_BYTES - 1 > length then break end
          local name, windowMs, bytes, span
          name, windowMs, bytes, u${n}, h${n}, c${n}, span, g${n}, d${n}, f${n} = unpack_('<I6I4I2xI2I6I2I4I4I2', v, p)
          t${n}, e${n} = h${n} + span, f${n} + bytes - 1
          if name ~= N${n} or windowMs ~= W${n} or e${n} > length or h${n} <= A${n} or t${n} > nowMs then break end
          if u${n} + C${n} > M${n} or nowMs - t${n} > R${n} then break end
          p = e${n} + 1`
}

function growNewest(n: number): string {
  return `
          u${n} = u${n} + C${n}
          if d${n} > 0 then
            d${n}, g${n} = d${n} + C${n}, g${n} + nowMs - t${n}
          else
            h${n}, c${n} = nowMs, c${n} + C${n}
          end`
}

function packed(n: number): string {
  return `pack('<I2I6I2I4I4I2', u${n}, h${n}, c${n}, nowMs - h${n}, g${n}, d${n})`
}
