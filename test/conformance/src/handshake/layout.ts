import { MESSAGE_1_BYTES, MESSAGE_2_BYTES, MESSAGE_3_BYTES } from '@montana/transport'
import type { MessageNumber } from './pinned.js'

/** Of `total_len`, in front of every core: spec transport 4.2. */
export const PREFIX_BYTES = 2
export const CORE_BYTES: Readonly<Record<MessageNumber, number>> = {
  1: MESSAGE_1_BYTES,
  2: MESSAGE_2_BYTES,
  3: MESSAGE_3_BYTES,
}
/** Offsets in the cores of messages 2 and 3: spec transport 4.2. */
export const ID_R_AT = 2272
export const SIG_R_AT = 4224
export const ID_I_AT = 1088
export const SIG_I_AT = 3040
