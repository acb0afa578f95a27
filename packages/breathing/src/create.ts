import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { Breathing } from './breathing.js'
import { type BreathingOptions, resolveOptions } from './options.js'
import type { BreathModules } from './types.js'

const instances = new Map<string, Breathing>()

/**
 * The breathing of a repository; a second call for the same one gives the same object, whatever its options, until that
 * is closed. Throws ConfigError that names every problem.
 */
export function createBreathing(options: BreathingOptions, modules: BreathModules): Breathing {
  const resolved = resolveOptions(options)
  const existing = instances.get(resolved.repo)
  if (existing) return existing
  const breathing = new Breathing(resolved, modules, () => instances.delete(resolved.repo))
  instances.set(resolved.repo, breathing)
  return breathing
}

/** The breathing that was created for a repository; undefined when there is none. */
export function getBreathing(repo = '.'): Breathing | undefined {
  return instances.get(realpathSync(resolve(repo)))
}
