import { resolve } from 'node:path'
import { canonicalAddress, hostOf } from './address.js'
import { policyChains } from './policies.js'
import type { Document } from './read.js'
import type { CoordinatorConfig, GroupConfig, RunConfig, ServiceConfig, WitnessConfig } from './types.js'

/**
 * Fills in what follows from something else in the file. Relative paths start at `folder`, that of the file. Total: what
 * the checks refuse gets an empty value, so that the bounds can be judged beside them.
 */
export function complete(document: Document, digest: string, folder: string): GroupConfig {
  const { preset, ...settings } = document
  const { self, witnesses, channel, stateDir } = settings
  const state = resolve(folder, stateDir)
  return {
    ...settings,
    self: self ?? null,
    digest,
    registry: resolve(folder, document.registry),
    stateDir: state,
    identityDir: resolve(folder, document.identityDir ?? `${stateDir}/identity`),
    hosts: mapEntries(document.hosts, (host, name) => ({ ...host, name, port: host.port ?? channel.port })),
    policies: mapEntries(policyChains(preset, document.policies), (policy, name) => ({ ...policy, name })),
    services: mapEntries(document.services, (service, name) => completeService(service, name, document, folder)),
    coordinator: completeCoordinator(document, folder),
    witnesses: witnesses.map((witness, index) => completeWitness(witness, index, state, folder)),
    witnessQuorum: document.witnessQuorum ?? majorityOf(witnesses.length),
  }
}

/** More than half; none of none. */
export function majorityOf(count: number): number {
  return count === 0 ? 0 : Math.floor(count / 2) + 1
}

type Service = Document['services'][string]

function completeService(service: Service, name: string, { profile }: Document, folder: string): ServiceConfig {
  const { policy = '', run = {}, health = [], ready = [], promoteTimeoutMs = profile.promoteMs, ...rest } = service
  return { ...rest, name, policy, run: completeRun(run, folder), health, ready, promoteTimeoutMs }
}

function completeRun({ unit, command, cwd, http }: NonNullable<Service['run']>, folder: string): RunConfig {
  if (unit !== undefined) return { unit }
  if (http !== undefined) return { http }
  return { command: command ?? [], ...(cwd !== undefined && { cwd: resolve(folder, cwd) }) }
}

function completeCoordinator({ coordinator, hosts }: Document, folder: string): CoordinatorConfig {
  if (coordinator.kind === 'chain') return coordinator
  const { isShared, passwordFile, caFile, ...rest } = coordinator
  const addresses = new Set(Object.values(hosts).map(({ address }) => canonicalAddress(address)))
  return {
    ...rest,
    isShared: isShared ?? rest.endpoints.some((endpoint) => addresses.has(hostOf(endpoint))),
    ...(passwordFile !== undefined && { passwordFile: resolve(folder, passwordFile) }),
    ...(caFile !== undefined && { caFile: resolve(folder, caFile) }),
  }
}

type Witness = Document['witnesses'][number]

function completeWitness(witness: Witness, index: number, stateDir: string, folder: string): WitnessConfig {
  const name = witness.name ?? `w${index + 1}`
  if (witness.kind === 'http') return { ...witness, name }
  const repository = witness.repository === undefined ? `${stateDir}/witness` : resolve(folder, witness.repository)
  return { ...witness, name, repository }
}

function mapEntries<From, To>(record: Readonly<Record<string, From>>, map: (value: From, name: string) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))
}
