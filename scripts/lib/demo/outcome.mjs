// Reads the finished report: which of the planted faults it names, and what else it calls critical.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOpenCritical } from '@montana/soak'

/** A devnet that did not come up leaves the run before in its place; nothing was planted in that one. */
export function outcomeOf(reportDir, startedAt) {
  const { span, drills: all, findings } = JSON.parse(readFileSync(join(reportDir, 'report.json'), 'utf8'))
  const drills = span.from !== null && span.from >= startedAt ? all : []
  const planted = drills.map(toPlanted)
  const missed = drills.filter(({ from, found }) => from === null || found.length === 0).map(toPlanted)
  // A consequence of what was not planned shows up as its cause.
  const unexpectedCritical = findings.filter(isOpenCritical).map(({ key, id, node, peer, from, to, text }) => {
    return { key, id, node, peer, from, to, text }
  })
  const isPass = planted.length > 0 && missed.length === 0 && unexpectedCritical.length === 0
  return { verdict: isPass ? 'PASS' : 'FAIL', planted, missed, unexpectedCritical, reportDir }
}

function toPlanted({ kind, label, peer, from, to, found }) {
  return { kind, label, peer, at: from, to, found }
}
