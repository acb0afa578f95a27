import { useState } from 'preact/hooks'
import type { Problem } from './types.js'

interface ProblemProps {
  readonly problem: Problem
  /** What comes before the code, such as the layer. */
  readonly where?: string
}

/** What failed and what to do about it, to be copied. */
export function ProblemBox({ problem: { code, message, remedy }, where }: ProblemProps) {
  return (
    <div class="problem" data-problem={code}>
      <p>
        {where !== undefined && <strong>{where} </strong>}
        <code>{code}</code> {message}
      </p>
      {remedy !== null && (
        <p class="problem-remedy">
          <span>{remedy}</span>
          <Copy text={`${code}: ${message}\n${remedy}`} />
        </p>
      )}
    </div>
  )
}

/** The text of a problem, or of a key, for somewhere else. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false)
  const onClick = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <button type="button" class="button button-small" onClick={onClick}>
      {isCopied ? 'Copied' : label}
    </button>
  )
}
