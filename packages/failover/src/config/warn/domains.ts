import type { GroupConfig, Warning } from '../types.js'

/** Failure domains whose end takes the majority with it: W28 of spec three-mirror. */
export function domainWarnings({ hosts }: GroupConfig): Warning[] {
  const all = Object.values(hosts)
  if (all.length === 1) return []
  return domains(all.map(({ domainOfFailure }) => domainOfFailure))
    .map((domain) => ({ ...domain, names: all.filter((host) => host.domainOfFailure[domain.kind] === domain.value) }))
    .filter(({ names }) => names.length * 2 > all.length)
    .map(({ kind, value, names }) => ({
      code: 'DOMAIN_MAJORITY',
      field: 'hosts',
      message: `${kind} ${value} holds a majority: ${names.length} of ${all.length} hosts (${names.map(({ name }) => name).join(', ')})`,
      remedy: 'when it fails as a whole, only a witness quorum outside it keeps the others going; spread the hosts',
    }))
}

interface Domain {
  readonly kind: string
  readonly value: string
}

/** Each pair that is there, once. */
function domains(hosts: readonly Readonly<Record<string, string>>[]): Domain[] {
  const pairs = hosts.flatMap((host) => Object.entries(host).map(([kind, value]) => ({ kind, value })))
  return pairs.filter((a, index) => pairs.findIndex((b) => a.kind === b.kind && a.value === b.value) === index)
}
