import { type Epoch, NO_EPOCH } from '../epoch.js'
import { FailoverError } from '../errors.js'

const U64_MAX = 2n ** 64n - 1n

/** Throws RangeError for what nobody can have been given. */
export function requireEpoch(epoch: Epoch): void {
  if (epoch <= NO_EPOCH || epoch > U64_MAX) throw new RangeError(`${epoch} is not an epoch`)
}

/** `metadata.highest` is decimal digits. Throws RangeError for a refusal that the sink rule does not allow. */
export function staleEpoch(epoch: Epoch, highest: Epoch): FailoverError {
  if (highest <= epoch) throw new RangeError(`a sink that has seen ${highest} must accept ${epoch}`)
  return new FailoverError('EPOCH_STALE', `epoch ${epoch} is over: the sink has seen ${highest}`, {
    remedy: 'stop acting: a later leader has been here',
    metadata: { highest: String(highest) },
  })
}
