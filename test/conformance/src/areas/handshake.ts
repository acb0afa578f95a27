import { sha256 } from '@montana/codec'
import type { HandshakeProfile } from '@montana/transport'
import { pqOf } from '../backends.js'
import { type Fields, UnknownShape } from '../fields.js'
import { type Edit, edited } from '../handshake/edit.js'
import { cachedHandshake, type MessageNumber, type PinnedHandshake } from '../handshake/pinned.js'
import { type Role, runRole } from '../handshake/run-role.js'
import type { Area, RunContext, Value } from '../types.js'

/** Spec transport 4, 6.2 and 20: whole messages of both profiles, and what a role must refuse. */
export const handshakeArea: Area = {
  name: 'handshake',
  kinds: [
    {
      title: 'messages',
      matches: (input) => input.has('label_prefix') && !input.has('role'),
      backends: ['noble'],
      run: (input) => {
        const { messages } = handshakeOf(input)
        return { msg1_hex: messages[1], msg2_hex: messages[2], msg3_hex: messages[3] }
      },
    },
    {
      title: 'verdicts',
      matches: (input) => input.has('label_prefix', 'role', 'step', 'edit'),
      backends: ['node', 'noble'],
      run: verdict,
    },
  ],
}

async function verdict(input: Fields, { backends, backend }: RunContext): Promise<Value> {
  const handshake = handshakeOf(input)
  const base = handshake.messages[numberOf(input, input.has('base') ? 'base' : 'step')]
  const wire = edited(base, input.list('edit') as readonly Edit[])
  const role = roleOf(input)
  const { end, sent } = await runRole({
    ...{ role, handshake, backend: pqOf(backends, backend) },
    received: receivedBy(role, handshake, input, wire),
    ends: endsOf(input),
    dialled: input.has('dialled') ? input.text('dialled') : undefined,
  })
  const told = { wire_bytes: wire.length, wire_sha256: sha256(wire), messages_sent: sent }
  return { ...told, ...(end === 'ok' ? { result: end } : { error: end }) }
}

/** The other messages of that direction are as they should be; behind a connection's end there are none. */
function receivedBy(role: Role, { messages }: PinnedHandshake, input: Fields, wire: Uint8Array): Uint8Array[] {
  const step = numberOf(input, 'step')
  if (role === 'responder' && step === 3) return [messages[1], wire]
  return role === 'initiator' || endsOf(input) ? [wire] : [wire, messages[3]]
}

function endsOf(input: Fields): boolean {
  return input.has('ends') && input.bool('ends')
}

function handshakeOf(input: Fields): PinnedHandshake {
  const profile: HandshakeProfile = { labelPrefix: input.text('label_prefix'), prologue: input.bytes('prologue') }
  const inputs = {
    identityI: input.bytes('identity_seed_i'),
    identityR: input.bytes('identity_seed_r'),
    kemI: input.bytes('kem_seed_i'),
    kemR: input.bytes('kem_seed_r'),
    coinsI: input.bytes('coins_i'),
    coinsR: input.bytes('coins_r'),
  }
  return cachedHandshake(inputs, profile)
}

function roleOf(input: Fields): Role {
  const role = input.text('role')
  if (role === 'initiator' || role === 'responder') return role
  throw new UnknownShape(`'${role}' is no role`)
}

function numberOf(input: Fields, name: string): MessageNumber {
  const value = input.number(name)
  if (value === 1 || value === 2 || value === 3) return value
  throw new UnknownShape(`'${name}' is no message`)
}
