import { ROSTER_KIND } from '@montana/fleet/roster'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { signCommand } from '../document/sign.js'
import { verifyCommand } from '../document/verify.js'
import { addCommand } from './add.js'
import { createCommand } from './create.js'
import { revokeCommand } from './revoke.js'
import { showCommand } from './show.js'

/** The VPN roster `montana.roster/1`: spec operations 12.2. */
export function rosterCommand(context: CliContext): Command {
  const group = new Command('roster').description('the signed list of the WireGuard keys that the hosts authorise')
  for (const verb of [createCommand, addCommand, revokeCommand, sign, verify, showCommand]) {
    group.addCommand(verb(context))
  }
  return group
}

function sign(context: CliContext): Command {
  return signCommand(context, { kind: ROSTER_KIND, noun: 'roster' })
}

function verify(context: CliContext): Command {
  return verifyCommand(context, {
    noun: 'roster',
    kind: async () => ROSTER_KIND,
    facts: ({ entries }) => ({
      active: entries.filter(({ state }) => state === 'active').map(({ label }) => label),
      entries: entries.length,
    }),
  })
}
