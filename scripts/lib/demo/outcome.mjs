// Reads the finished report: which of the planted faults it names, and what else it calls critical.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function outcomeOf(reportDir) {
  const { drills, findings } = JSON.parse(readFileSync(join(reportDir, 'report.json'), 'utf8'))
  const planted = drills.map(toPlanted)
  const missed = drills.filter(({ from, found }) => from === null || found.length === 0).map(toPlanted)
  const unexpectedCritical = findings.filter(isUnexpected).map(({ key, id, node, peer, from, to, text }) => {
    return { key, id, node, peer, from, to, text }
  })
  const isPass = planted.length > 0 && missed.length === 0 && unexpectedCritical.length === 0
  return { verdict: isPass ? 'PASS' : 'FAIL', planted, missed, unexpectedCritical, reportDir }
}

function toPlanted({ kind, label, peer, from, to, found }) {
  return { kind, label, peer, at: from, to, found }
}

/** Neither planned nor the consequence of something else; a consequence of what was not planned shows up as its cause. */
function isUnexpected({ severity, drill, explained_by }) {
  return severity === 'critical' && drill === null && explained_by === null
}
