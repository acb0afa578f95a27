/** Of one post as JSON: spec three-mirror 7.3. */
export const POST_MAX_BYTES = 16 * 1024
