import { sha256 } from '@montana/codec'
import { toHex } from '@montana/foundation'
import type { VectorCase } from '../types.js'
import type { Draft } from './draft.js'
import { drafts } from './drafts.js'
import { edited } from './edit.js'
import { APPENDIX_B, type PinnedHandshake, pinnedHandshake } from './pinned.js'
import type { Role } from './run-role.js'
import { PROFILES, type ProfileName } from './signatures.js'

const AREA = 'handshake'

/** Every case of both profiles, in the order of the file. */
export function handshakeCases(): VectorCase[] {
  return (Object.keys(PROFILES) as ProfileName[]).flatMap((name) => {
    const handshake = pinnedHandshake(APPENDIX_B, PROFILES[name])
    return [
      messagesCase(name, handshake),
      ...drafts(name, handshake).map((draft) => verdictCase(name, handshake, draft)),
    ]
  })
}

function messagesCase(name: ProfileName, handshake: PinnedHandshake): VectorCase {
  const { messages } = handshake
  const expected = { msg1_hex: toHex(messages[1]), msg2_hex: toHex(messages[2]), msg3_hex: toHex(messages[3]) }
  return { name: `${name}_messages`, area: AREA, input: inputOf(name), expected }
}

function verdictCase(
  profile: ProfileName,
  { messages }: PinnedHandshake,
  { name, step, base, edit, ends, dialled, end, sent }: Draft,
): VectorCase {
  const role: Role = step === 2 ? 'initiator' : 'responder'
  const wire = edited(messages[base ?? step], edit)
  return {
    name: `${profile}_message_${step}_${name}`,
    area: AREA,
    input: {
      ...{ ...inputOf(profile), role, step, ...(base && { base }), edit },
      ...{ ...(ends && { ends }), ...(dialled && { dialled }) },
    },
    expected: {
      ...(end === 'ok' ? { result: end } : { error: end }),
      wire_bytes: wire.length,
      wire_sha256: toHex(sha256(wire)),
      ...(sent !== undefined && { messages_sent: sent }),
    },
  }
}

/** Appendix B, in the short form of vector files: `33*64` is 64 bytes of 0x33. */
function inputOf(name: ProfileName) {
  const { labelPrefix, prologue } = PROFILES[name]
  return {
    label_prefix: labelPrefix,
    prologue: toHex(prologue),
    ...{ identity_seed_i: '31*32', identity_seed_r: '32*32', kem_seed_i: '33*64', kem_seed_r: '34*64' },
    ...{ coins_i: '35*32', coins_r: '36*32' },
  }
}
