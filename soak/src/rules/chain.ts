import type { Defect } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import type { RawFinding, Rule } from './types.js'

const SHOWN = 20

/** F-CHAIN: anything that verification finds wrong with an input, one finding for each kind. */
export const chainRule: Rule = ({ data }) => {
  const kinds = [...new Set(data.quality.defects.map(({ kind }) => kind))].sort()
  return kinds.map((kind) =>
    finding(
      kind,
      data.quality.defects.filter((defect) => defect.kind === kind),
    ),
  )
}

function finding(kind: string, defects: readonly Defect[]): RawFinding {
  const places = defects
    .slice(0, SHOWN)
    .map(({ file, line }) => (line === null ? `file:${file}` : `file:${file}#L${line}`))
  return {
    ...{ id: 'F-CHAIN', severity: 'critical', node: null, peer: null, fromMs: null, toMs: null },
    ...{ value: defects.length, threshold: 0, evidence: places },
    text: `${defects.length} × ${kind}${defects.length > SHOWN ? ` (the first ${SHOWN} are named)` : ''}`,
    remedy: REMEDIES['F-CHAIN'].file,
  }
}
