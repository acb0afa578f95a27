import { join } from 'node:path'
import type { MetricsRegistry } from '@montana/foundation'
import { collectProcessMetrics, createMetricsRegistry, createNodeMetrics } from '@montana/node/metrics'

const ROOT = join(import.meta.dirname, '..', '..', '..')

export interface MetricFacts {
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

type Create = (registry: MetricsRegistry) => unknown

/** The one typed function of every package that has metrics; spec operations 14. */
const PACKAGES: readonly (readonly [module: string, name: string])[] = [
  ['packages/network/dist/metrics.js', 'createNetworkMetrics'],
  ['packages/transport/dist/metrics.js', 'createTransportMetrics'],
  ['packages/failover/dist/agent/metrics.js', 'createFailoverMetrics'],
  ['packages/mirror/dist/metrics.js', 'createMirrorMetrics'],
  ['packages/fleet/dist/metrics.js', 'createDocumentMetrics'],
  ['packages/fleet/dist/job/metrics.js', 'createJobMetrics'],
  ['soak/dist/metrics.js', 'createSoakMetrics'],
]

/** Every metric that our processes have, by name, as the code itself registers them. */
export async function allMetrics(): Promise<ReadonlyMap<string, MetricFacts>> {
  const registry = createMetricsRegistry()
  createNodeMetrics(registry)
  collectProcessMetrics(registry)
  for (const [module, name] of PACKAGES) await create(module, name, registry)
  const { createCryptoMetrics } = await import(join(ROOT, 'packages/crypto/dist/metrics.js'))
  createCryptoMetrics('any', registry)
  const found = registry.registry.getMetricsAsArray().map((metric) => {
    const { name, type, help, labelNames } = metric as unknown as RegisteredMetric
    return [name, { type: String(type), help, labels: labelNames }] as const
  })
  return new Map(found)
}

/** What prom-client keeps of a metric and does not declare. */
interface RegisteredMetric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labelNames: readonly string[]
}

async function create(module: string, name: string, registry: MetricsRegistry): Promise<void> {
  const exports = (await import(join(ROOT, module))) as Record<string, Create | undefined>
  const build = exports[name]
  if (!build) throw new Error(`${module} has no ${name}`)
  build(registry)
}
