import { z } from 'zod'
import { text } from './shapes.js'

export const featureSchema = z.strictObject({
  isEnabled: z.boolean(),
  howTo: text.nullable().describe('what to do to have it; null where it is there'),
})

export const featuresSchema = z
  .strictObject({
    mutations: featureSchema.describe('whether a token opens anything that changes something'),
    failover: featureSchema,
    mirrors: featureSchema,
    soak: featureSchema,
  })
  .describe('the parts of this console')
