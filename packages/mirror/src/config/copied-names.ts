import { GLOBAL_KEYS } from './keys.js'

/** Belongs to one repository and would name, or open, the wrong one on another. Spec repository-mirror 3.3. */
export function isNeverCopied(name: string): boolean {
  const upper = name.toUpperCase()
  const isOurs = upper.startsWith('MIRROR_') || upper === 'MASTER_TOKEN' || GLOBAL_KEYS.includes(upper)
  return isOurs || upper.startsWith('GITHUB_')
}
