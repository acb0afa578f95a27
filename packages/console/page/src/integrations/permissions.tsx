import { Mark } from '../parts/mark.js'
import type { PermissionCheck } from './types.js'

/** What a repository on GitHub needs; an archive tells by itself. Spec repository-mirror 6.2. */
export const NEEDED: readonly (readonly [name: string, needed: string])[] = [
  ['Metadata', 'read'],
  ['Contents', 'write'],
  ['Workflows', 'write'],
  ['Secrets', 'write'],
  ['Variables', 'write'],
  ['Actions', 'write'],
  ['Administration', 'write (optional)'],
]

/** As tried just now, each with what to do about it. */
export function Permissions({ checks }: { checks: readonly PermissionCheck[] }) {
  return (
    <ul class="permissions" aria-label="Permissions">
      {checks.map((check) => (
        <li key={check.name} data-permission={check.name} data-granted={String(check.granted)}>
          <Mark tone={toneOf(check)}>{check.name}</Mark>
          <span class="permission-words">
            {check.needed}: {WORDS[`${check.granted}`]}
            {check.remedy !== null && <span class="permission-remedy"> {check.remedy}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

const WORDS = { true: 'granted', false: 'missing', unknown: 'cannot be tried' } as const

function toneOf({ granted, needed }: PermissionCheck) {
  if (granted === true) return 'good'
  if (granted === 'unknown') return 'none'
  return needed.includes('optional') ? 'warn' : 'bad'
}
