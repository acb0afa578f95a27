import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { keygenCommand } from './keygen.js'
import { statusCommand } from './status.js'
import { syncCommand } from './sync.js'

/** WireGuard between the hosts of the mesh: spec operations 12. */
export function vpnCommand(context: CliContext): Command {
  const group = new Command('vpn').description('the private path between the hosts, as the signed roster says')
  for (const verb of [keygenCommand, syncCommand, statusCommand]) group.addCommand(verb(context))
  return group
}
