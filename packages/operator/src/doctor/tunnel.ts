import { find } from '../host/owned.js'
import { runProgram } from '../host/run.js'
import { type Check, green, red } from './check.js'

const DEVICE = '/dev/net/tun'

/** Only where a VPN is configured. */
export async function checkTunnel(signal: AbortSignal): Promise<Check[]> {
  const device = (await find(DEVICE))
    ? green('tunnel device', DEVICE)
    : red('tunnel device', `${DEVICE} is missing`, 'modprobe tun; in a container, hand it in')
  const wg = await runProgram('wg', ['--version'], signal).catch(() => undefined)
  const [version = ''] = wg?.text.split(' - ') ?? []
  const program =
    wg?.code === 0
      ? green('wg', version)
      : red('wg', 'cannot be run', 'apt-get install --no-install-recommends wireguard-tools')
  return [device, program]
}
