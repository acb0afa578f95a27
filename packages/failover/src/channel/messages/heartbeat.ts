import { z } from 'zod'
import type { Claim, Heartbeat, Pause } from '../../core/types.js'
import {
  addressField,
  bootIdField,
  byHost,
  byPolicy,
  commitField,
  countField,
  digestField,
  epochField,
  msField,
  nameField,
  operatorField,
  reasonField,
} from './fields.js'

export const modeField = z.enum(['LEASED', 'CHAIN', 'SURVIVOR', 'ISOLATED'])
export const claimStateField = z.enum(['standby', 'candidate', 'acting', 'stopping'])

const ineligibleField = z.enum([
  'starting',
  'amnesia',
  'not-ready',
  'back-off',
  'lag',
  'isolated',
  'stepped-down',
  'stalled',
  'stopping',
])

export const claimForm = z.strictObject({
  state: claimStateField,
  epoch: epochField.nullable(),
  mode: modeField,
  isEligible: z.boolean(),
  reason: ineligibleField.nullable(),
  lagMs: msField,
  candidacy: countField,
  grantedTo: nameField.nullable(),
}) satisfies z.ZodType<Claim>

export const pauseForm = z.strictObject({
  reason: reasonField,
  by: operatorField,
  remainingMs: msField,
}) satisfies z.ZodType<Pause>

export const heartbeatForm = z.strictObject({
  group: nameField,
  host: nameField,
  bootId: bootIdField,
  sequence: countField,
  configDigest: digestField,
  policies: byPolicy(claimForm),
  seen: byHost(msField),
  highest: byPolicy(epochField),
  noted: byPolicy(countField),
  breath: z.strictObject({ head: commitField, lagMs: msField }).nullable(),
  pause: pauseForm.nullable(),
}) satisfies z.ZodType<Heartbeat>

/** The answer to a heartbeat: spec three-mirror 11.4. */
export const ackForm = z.strictObject({
  node: nameField,
  address: addressField,
  /** Of the heartbeat that is answered. */
  sequence: countField,
  state: heartbeatForm,
})
