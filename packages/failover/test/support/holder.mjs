// A host that leads and renews until it is killed: one line of JSON on stdout per acknowledged renewal. The clock is that
// of the machine, so that whoever reads the lines can compare.
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '@montana/foundation'
import { EtcdCluster, EtcdCoordinator, loadGroupConfig } from '../../dist/index.js'

const [, , file, self] = process.argv
const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const never = new AbortController().signal
const { config } = await loadGroupConfig(file)
const etcd = config.coordinator
const cluster = await EtcdCluster.open(etcd)
const holder = new EtcdCoordinator({ config, etcd, policy: 'serve', self }, { cluster, nowMs, logger: silentLogger })
let result = await holder.acquire(0n, never)
while (result.kind !== 'lost') {
  const { lease } = result
  process.stdout.write(`${JSON.stringify({ kind: result.kind, sentAtMs: lease?.sentAtMs, ttlMs: lease?.ttlMs })}\n`)
  await sleep(500)
  result = await holder.renew(never)
}
