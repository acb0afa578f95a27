import { LAYER_NAMES } from '../layer-lines.js'
import { ProblemBox } from '../problem.js'
import { LAYERS, type MirrorDetail } from '../types.js'
import { Section } from './section.js'

/** What each layer failed by, and what a look found. */
export function Problems({ detail: { layers, findings } }: { detail: MirrorDetail }) {
  const failed = LAYERS.filter((layer) => layers[layer].error !== null)
  if (failed.length === 0 && findings.length === 0) return null
  return (
    <Section title="Problems">
      {failed.map((layer) => {
        const { error } = layers[layer]
        return error && <ProblemBox key={layer} where={LAYER_NAMES[layer]} problem={error} />
      })}
      {findings.map((finding) => (
        <ProblemBox key={`${finding.code} ${finding.message}`} problem={finding} />
      ))}
    </Section>
  )
}
