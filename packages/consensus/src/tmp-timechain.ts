import { hashWithDomain } from '@montana/codec'
export const GENESIS_T_R = hashWithDomain('mt-timechain', new Uint8Array(32))
export function nextD(d: number, p: number, _params: unknown): number {
  return p >= 950 ? Math.floor((d * 103) / 100) : p <= 850 ? Math.floor((d * 97) / 100) : d
}
