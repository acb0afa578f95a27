import type { z } from 'zod'

/** The first thing that a form refused: where, and in words. */
export function firstIssue(error: z.ZodError): { readonly field: string; readonly text: string } {
  const [issue] = error.issues
  const field = issue?.path.join('.') || 'document'
  return { field, text: `${field}: ${issue?.message ?? 'is not of its form'}` }
}
