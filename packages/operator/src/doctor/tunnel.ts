import { find } from '../host/owned.js'
import { type Check, green, red } from './check.js'

const DEVICE = '/dev/net/tun'

/** Only where a VPN is configured. */
export async function checkTunnel(): Promise<Check> {
  if (await find(DEVICE)) return green('tunnel device', DEVICE)
  return red('tunnel device', `${DEVICE} is missing`, 'modprobe tun; in a container, hand it in')
}
