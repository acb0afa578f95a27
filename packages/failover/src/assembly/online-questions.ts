import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { selectPqBackend } from '@montana/crypto'
import { type RegistryWatch, readRegistry } from '@montana/fleet'
import { MontanaError, systemTime, withTimeout } from '@montana/foundation'
import { dialPeer } from '../channel/dial.js'
import { peerRegistryOf } from '../channel/peer-registry.js'
import { ChannelCredentials } from '../channel/tls/credentials.js'
import { type NodeIdentity, openNodeIdentity } from '../channel/tls/identity.js'
import { checkSelfKey } from '../config/self.js'
import type { GroupConfig, WitnessConfig } from '../config/types.js'
import { checkCoordinator } from '../coordinator/check.js'
import { probeGitNamespace } from '../witness/git-namespace.js'
import type { Witness } from '../witness/types.js'
import type { AgentPaths } from './paths.js'
import { createWitnesses } from './witnesses.js'

/** Something that only the running group can answer: spec three-mirror 3.2, `check-config --online`. */
export interface OnlineQuestion {
  readonly name: string
  /** A sentence about what was found; throws where the answer is a failure. */
  ask(signal: AbortSignal): Promise<string>
}

const TIMEOUT_MS = 5_000
const run = promisify(execFile)

/** What can be asked from this host. Throws ConfigError or FleetError where identity or registry cannot be read. */
export async function onlineQuestions(config: GroupConfig, self: string, paths: AgentPaths): Promise<OnlineQuestion[]> {
  const identity = await openNodeIdentity(paths.identityDir)
  const registry = await readOnce(config, paths)
  checkSelfKey(self, identity.publicKey, peerRegistryOf(registry))
  const peers = Object.keys(config.hosts).filter((host) => host !== self)
  const units = Object.values(config.services).flatMap(({ run: form }) => ('unit' in form ? [form.unit] : []))
  return [
    { name: 'registry', ask: async () => registryText(config, registry) },
    ...peers.map((host) => peerQuestion(host, { config, self, identity, registry })),
    ...createWitnesses(config, registry, checkFolder(paths)).map(witnessQuestion),
    ...config.witnesses.flatMap((witness) => namespaceQuestion(witness, paths)),
    ...(config.coordinator.kind === 'etcd' ? [coordinatorQuestion(config)] : []),
    ...units.map(unitQuestion),
  ]
}

/** The registry as it is now; nothing follows it. */
async function readOnce(config: GroupConfig, paths: AgentPaths): Promise<RegistryWatch> {
  const backend = await selectPqBackend()
  try {
    const registry = await readRegistry(config.registry, paths.operators, { verify: backend.verify.bind(backend) })
    const isExpired = () => registry.notAfterMs <= systemTime.wallMs()
    return { current: () => registry, onChange: () => () => {}, refusal: () => null, isExpired, close: async () => {} }
  } finally {
    await backend.close()
  }
}

function registryText(config: GroupConfig, registry: RegistryWatch): string {
  const current = registry.current()
  const hosts = Object.keys(config.hosts).filter((host) => !current.byName(host))
  const witnesses = config.witnesses.filter(({ kind, name }) => kind === 'http' && !current.witness(name))
  const missing = [...hosts, ...witnesses.map(({ name }) => name)]
  if (missing.length === 0) return `version ${current.version}, lists every host and witness`
  throw new MontanaError('NOT_REGISTERED', `does not list ${missing.join(', ')}`)
}

interface PeerInit {
  readonly config: GroupConfig
  readonly self: string
  readonly identity: NodeIdentity
  readonly registry: RegistryWatch
}

function peerQuestion(host: string, { config, self, identity, registry }: PeerInit): OnlineQuestion {
  const { domain, hosts } = config
  const { keyExchange } = config.channel
  return {
    name: `peer ${host}`,
    ask: async (signal) => {
      const credentials = new ChannelCredentials(identity, `${self}.${domain}`, keyExchange, systemTime)
      const shared = { self, selfKey: identity.publicKey, domain, keyExchange }
      const policy = { ...shared, hosts: new Set(Object.keys(hosts)), registry: peerRegistryOf(registry) }
      const to = hosts[host]
      if (!to) throw new RangeError(host)
      const startMs = performance.now()
      const limited = { connectTimeoutMs: TIMEOUT_MS, handshakeTimeoutMs: TIMEOUT_MS }
      const { socket, peer } = await dialPeer(
        { host, to, localAddress: undefined, credentials, policy, ...limited },
        signal,
      )
      socket.destroy()
      return `proved that it is ${peer.host} in ${Math.round(performance.now() - startMs)} ms`
    },
  }
}

function witnessQuestion(witness: Witness): OnlineQuestion {
  return {
    name: `witness ${witness.name}`,
    ask: async (signal) => {
      try {
        const { upMs, posts } = await withTimeout(TIMEOUT_MS, signal, (inner) => witness.read(inner))
        const up = upMs === null ? '' : `, up for ${Math.round(upMs / 1000)} s`
        return `answers${up}, has posts of ${posts.length} hosts`
      } finally {
        await witness.close()
      }
    },
  }
}

/** Apart from what a running agent has there. */
function checkFolder({ witnesses }: AgentPaths): string {
  return `${witnesses}-check`
}

function namespaceQuestion(witness: WitnessConfig, paths: AgentPaths): OnlineQuestion[] {
  if (witness.kind === 'http') return []
  const { name, repository: clone, remote } = witness
  const ask = async (signal: AbortSignal) => {
    const folder = join(checkFolder(paths), `${name}-probe.git`)
    await probeGitNamespace({ folder, clone, remote, timeoutMs: TIMEOUT_MS }, signal)
    return 'takes refs below refs/montana'
  }
  return [{ name: `repository of ${name}`, ask }]
}

function coordinatorQuestion(config: GroupConfig): OnlineQuestion {
  return {
    name: 'etcd',
    ask: async (signal) => {
      const { problems, warnings, grantedTtlMs, endpoints } = await checkCoordinator(config, signal)
      const [problem] = problems
      if (problem) throw new MontanaError(problem.code, problems.map(({ message }) => message).join('; '))
      const answer = `${endpoints.length} endpoints answer, a lease is granted for ${(grantedTtlMs ?? 0) / 1000} s`
      return [answer, ...warnings].join('; ')
    },
  }
}

function unitQuestion(unit: string): OnlineQuestion {
  return {
    name: `unit ${unit}`,
    ask: async (signal) => {
      const args = ['show', '--property=LoadState', '--value', '--', unit]
      const { stdout } = await run('systemctl', args, { signal, timeout: TIMEOUT_MS })
      const state = stdout.trim()
      if (state === 'loaded') return 'is known to systemd'
      throw new MontanaError('UNIT_UNKNOWN', `systemd says: ${state}`)
    },
  }
}
