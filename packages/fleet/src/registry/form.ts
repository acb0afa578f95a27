import { isIP } from 'node:net'
import { MLDSA_PUBLIC_KEY_BYTES } from '@montana/crypto'
import { z } from 'zod'
import { MAX_ENTRIES } from '../constants.js'
import { documentHead, signaturesField } from '../document.js'
import { base64Field, labelField, mldsaKeyField, nameField, signatureField, timeField } from '../fields.js'

export const ED25519_PUBLIC_KEY_BYTES = 32
export const REGISTRY_SCHEMA = 'montana.registry/1'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

const keyBytes = { 'ml-dsa-65': MLDSA_PUBLIC_KEY_BYTES, ed25519: ED25519_PUBLIC_KEY_BYTES } as const
export type KeyType = keyof typeof keyBytes
const keyField = { 'ml-dsa-65': mldsaKeyField, ed25519: base64Field(ED25519_PUBLIC_KEY_BYTES) } as const

/** The key that is being replaced. `signature` is the old key's, over the new entry; the fleet signs the whole. */
const previousForm = z.strictObject({
  key_type: z.literal('ml-dsa-65'),
  public_key: mldsaKeyField,
  valid_until: timeField,
  signature: signatureField,
})

export const hostForm = z
  .strictObject({
    name: nameField,
    label: labelField,
    /** Where the host listens: an IP address or a host name. */
    address: z
      .string()
      .refine((text) => isIP(text) !== 0 || HOST_NAME.test(text), 'is neither an IP address nor a host name'),
    key_type: z.enum(['ml-dsa-65', 'ed25519']),
    /** Raw key in base64: 1952 or 32 bytes. */
    public_key: z.string(),
    domain_of_failure: z.record(nameField, labelField).refine((map) => Object.keys(map).length <= 8, 'has over 8 keys'),
    /** The host has never held an epoch: an empty state is no amnesia. Spec three-mirror 4, D10. */
    is_new: z.boolean(),
    revoked: z.boolean(),
    previous: previousForm.nullable(),
  })
  .superRefine(({ key_type, public_key }, context) => {
    const { success, error } = keyField[key_type].safeParse(public_key)
    if (!success) context.addIssue({ code: 'custom', path: ['public_key'], message: error.issues[0]?.message ?? '' })
  })

const witnessForm = z.strictObject({ name: nameField, public_key: mldsaKeyField })

export const registryForm = z.strictObject({
  schema: z.literal(REGISTRY_SCHEMA),
  ...documentHead,
  hosts: z.array(hostForm).max(MAX_ENTRIES),
  witnesses: z.array(witnessForm).max(MAX_ENTRIES),
  signatures: signaturesField,
})

export type HostDocument = z.infer<typeof hostForm>
export type PreviousKeyDocument = z.infer<typeof previousForm>
export type WitnessDocument = z.infer<typeof witnessForm>
/** `registry.json`: who the hosts of the fleet are. */
export type RegistryDocument = z.infer<typeof registryForm>
