import { type ChainState, decodeContext } from '@montana/consensus'
import { MontanaError } from '@montana/foundation'
import { stepsOf } from '../chain/clock-history.js'
import type { StoreReader } from './store-reader.js'

/** D of a window whose own state is lost: from the last state, or from the stored context of the head. */
export function stepsWithoutState(
  window: number,
  lastChain: ChainState | undefined,
  reader: StoreReader,
): number | undefined {
  const tau2Windows = lastChain?.params.tau2Windows
  if (!tau2Windows) return undefined
  return stepsOf(lastChain.context, window, tau2Windows) ?? stepsFromHead(reader, window, tau2Windows)
}

function stepsFromHead(reader: StoreReader, window: number, tau2Windows: number): number | undefined {
  try {
    const bytes = reader.context()
    return bytes && stepsOf(decodeContext(bytes), window, tau2Windows)
  } catch (error) {
    if (error instanceof MontanaError && error.code !== 'STORE_BUSY') return undefined
    throw error
  }
}
