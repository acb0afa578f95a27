import {
  confirmationScope,
  type OutgoingMessage,
  proposeMessage,
  proposeScope,
  voteMessage,
  voteScope,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import type { Process } from '../node/process.js'

/** Objects with other contents, signed by the dishonest member as its own. */

export function signConfirmation(process: Process, fields: Parameters<typeof confirmationScope>[0]): OutgoingMessage {
  const scope = confirmationScope(fields)
  const window = Number(fields.window)
  return { kind: 'confirmation', window, payload: concatBytes(scope, process.init.signer.sign(scope)) }
}

export function signVote(process: Process, fields: Parameters<typeof voteScope>[0]): OutgoingMessage {
  const scope = voteScope(fields)
  const signature = process.init.signer.sign(voteMessage(process.init.config.genesisHash, scope))
  return { kind: 'vote', window: fields.window, payload: concatBytes(scope, signature) }
}

export function signPropose(process: Process, fields: Parameters<typeof proposeScope>[0]): OutgoingMessage {
  const scope = proposeScope(fields)
  const signature = process.init.signer.sign(proposeMessage(process.init.config.genesisHash, scope))
  return { kind: 'propose', window: fields.window, payload: concatBytes(scope, signature) }
}
