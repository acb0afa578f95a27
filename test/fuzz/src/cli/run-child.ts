import { writeCorpus } from '../engine/corpus-files.js'
import type { Finding } from '../engine/finding.js'
import type { Fuzzer } from '../engine/fuzzer.js'
import { findingsOf, runGroup } from '../engine/group.js'
import { minimized } from '../engine/minimize.js'
import { type Instrumentation, instrumentLoads } from '../instrument/hook.js'
import { targetsOf } from '../targets/catalogue.js'
import type { ChildJob, ChildMessage, FindingReport, GroupReport, TargetReport } from './child-message.js'
import { InHand } from './in-hand.js'

/** In a process of its own: loads the group's modules with counters in them, and fuzzes. */
export async function runChild(job: ChildJob, say: (message: ChildMessage) => void): Promise<GroupReport> {
  const startedMs = performance.now()
  const instrumentation = instrumentLoads(job.patch)
  const targets = (await targetsOf(job.group)).filter(({ name }) => job.only.length === 0 || job.only.includes(name))
  if (targets.length === 0) throw new Error(`no target of ${job.group} is named ${job.only.join(', ')}`)
  const loadMs = Math.round(performance.now() - startedMs)
  say({ names: targets.map(({ name }) => name) })
  const inHand = new InHand(job.inHand)
  const { seconds, seed, stopsAtFinding } = job
  const numbers = new Map(targets.map((target, index) => [target, index]))
  const fuzzers = await runGroup({
    ...{ targets, seconds, seed, instrumentation, stopsAtFinding },
    onTurn: () => say({ alive: true }),
    beforeRun: (target, input) => inHand.note(numbers.get(target) ?? 0, input),
  })
  inHand.close()
  const findings = findingsOf(fuzzers).map(shown)
  if (job.minimize) for (const fuzzer of fuzzers) await keep(fuzzer, instrumentation)
  const reports = fuzzers.map(reportOf)
  return { group: job.group, seed, probes: instrumentation.probes(), loadMs, targets: reports, findings }
}

async function keep(fuzzer: Fuzzer, instrumentation: Instrumentation): Promise<void> {
  writeCorpus(fuzzer.target.name, await minimized(fuzzer, instrumentation.coverage))
}

function shown({ input, ...finding }: Finding): FindingReport {
  return { ...finding, afterMs: Math.round(finding.afterMs), input: Buffer.from(input).toString('base64') }
}

function reportOf({ target, runs, accepted, features, corpus, spentMs }: Fuzzer): TargetReport {
  return {
    target: target.name,
    runs,
    perSecond: spentMs === 0 ? 0 : Math.round((runs * 1000) / spentMs),
    accepted,
    features: features.count,
    probes: features.probes(),
    corpus: corpus.length,
    grown: corpus.filter(({ isNew }) => isNew).length,
  }
}
