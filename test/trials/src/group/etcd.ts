import type { TrialNetwork } from '@montana/netns'
import { WITNESSES } from './layout.js'

export const ETCD_CLIENT_PORT = 2_379
const PEER_PORT = 2_380

/** One member of a cluster of three, as Debian's etcd is started; timing is etcd's own default. */
export function etcdArgv(name: string, network: TrialNetwork, dataDir: string): string[] {
  const url = (member: string, port: number) => `http://${network.addressOf(member)}:${port}`
  const cluster = WITNESSES.map((member) => `${member}=${url(member, PEER_PORT)}`).join(',')
  return [
    'etcd',
    ...['--name', name, '--data-dir', dataDir, '--log-level', 'error'],
    ...['--listen-client-urls', url(name, ETCD_CLIENT_PORT), '--advertise-client-urls', url(name, ETCD_CLIENT_PORT)],
    ...['--listen-peer-urls', url(name, PEER_PORT), '--initial-advertise-peer-urls', url(name, PEER_PORT)],
    ...['--initial-cluster', cluster, '--initial-cluster-state', 'new', '--initial-cluster-token', 'trial'],
  ]
}

export function etcdEndpoints(network: TrialNetwork): string[] {
  return WITNESSES.map((member) => `http://${network.addressOf(member)}:${ETCD_CLIENT_PORT}`)
}
