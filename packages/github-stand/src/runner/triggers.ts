import type { WorkflowTemplate } from '@actions/workflow-parser'
import type { RunEvent } from '../state/runs.js'

/** Whether an event on a branch starts a workflow. Filters by path are taken as fitting. */
export function isTriggered({ events }: WorkflowTemplate, event: RunEvent, branch: string): boolean {
  if (!(event in events)) return false
  if (event !== 'push') return true
  const { branches, 'branches-ignore': ignored, tags } = events.push ?? {}
  if (branches === undefined && ignored === undefined) return tags === undefined
  return (branches === undefined || fits(branch, branches)) && !(ignored !== undefined && fits(branch, ignored))
}

/** The last pattern that fits decides; `!` takes away. */
function fits(branch: string, patterns: readonly string[]): boolean {
  return patterns.reduce((isIn, pattern) => {
    const isNegative = pattern.startsWith('!')
    return glob(isNegative ? pattern.slice(1) : pattern).test(branch) ? !isNegative : isIn
  }, false)
}

function glob(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*'
    return part === '*' ? '[^/]*' : part.replaceAll(/[\\^$+?.()|[\]{}]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`)
}
