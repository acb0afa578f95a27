import { ascii } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { BASE_PROTOCOL, EXT_PROTOCOL } from '@montana/network'
import { HYBRID_PROTOCOL, PQ_PROTOCOL } from '@montana/transport'
import type { Area } from '../types.js'

/** Spec transport 3. */
export const multistreamArea: Area = {
  name: 'multistream-select',
  kinds: [
    {
      title: 'line',
      matches: (input) => input.nameOf('text', 'line', 'protocol') !== undefined,
      backends: ['typescript'],
      run: (input) => line(input.text(input.nameOf('text', 'line', 'protocol') ?? '')),
    },
    {
      title: 'lines',
      matches: (input) => input.keys.length === 0,
      backends: ['typescript'],
      run: () => ({
        header: line('/multistream/1.0.0'),
        noise_pq_xx: line(PQ_PROTOCOL),
        noise_hybrid: line(HYBRID_PROTOCOL),
        yamux: line('/yamux/1.0.0'),
        app: line(BASE_PROTOCOL),
        ext: line(EXT_PROTOCOL),
        na: line('na'),
      }),
    },
  ],
}

/** uvarint(length) ‖ text ‖ 0x0A; the length counts the newline and is below 128 for every name in use. */
function line(text: string): Uint8Array {
  if (text.length + 1 > 127) throw new RangeError('a line this long needs a second length byte')
  return concatBytes(Uint8Array.of(text.length + 1), ascii(text), Uint8Array.of(0x0a))
}
