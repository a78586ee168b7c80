/**
 * The shortest way: the value begins with the windows of the shape, none of their records has expired, and each take falls
 * into the slot of its newest record. Then numbers change and lengths do not, so what follows may stay as it is. The calls
 * of a busy caller are mostly of this kind.
 *
 * @returns Lua that ends with `value`, to be written over the beginning of `v`, a string; or leaves it undefined.
 */
export function takeInPlace(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const parts = numbers.map((n) => (n < count ? `${packed(n)} .. sub(v, f${n}, e${n})` : packed(n)))
  return `
        repeat
          local p, length = 1, #v
${numbers.map(readWindow).join('\n')}
${numbers.map(growNewest).join('\n')}
          value = ${parts.join(' .. ')}
        until true`
}

/** Breaks off unless window n begins at byte p, and the take fits and grows its newest record. */
function readWindow(n: number): string {
  return `
          if p + NARROW_BYTES - 1 > length then break end
          local name, windowMs, bytes, span
          name, windowMs, bytes, b${n}, u${n}, h${n}, c${n}, span, g${n}, d${n}, f${n} = unpack_(NARROW, v, p)
          t${n}, e${n} = h${n} + span, f${n} + bytes - 1
          if name ~= N${n} or windowMs ~= W${n} or e${n} > length or h${n} <= A${n} or t${n} > nowMs then break end
          if u${n} + C${n} > M${n} then break end
          if t${n} ~= nowMs and (nowMs - t${n} >= S${n} or floor(t${n} % 4294967296 / S${n}) ~= Q${n}) then break end
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
  return `pack(NARROW, N${n}, W${n}, e${n} - f${n} + 1, b${n}, u${n}, h${n}, c${n}, nowMs - h${n}, g${n}, d${n})`
}
