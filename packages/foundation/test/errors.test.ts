import { describe, expect, it } from 'vitest'
import {
  AbortError,
  ConfigError,
  errorCode,
  errorMessage,
  isAbort,
  MontanaError,
  TimeoutError,
  UsageError,
} from '../src/errors.js'

describe('errors', () => {
  it('carry an exit code by kind', () => {
    expect(new MontanaError('X', 'x').exitCode).toBe(1)
    expect(new UsageError('x')).toMatchObject({ code: 'USAGE', exitCode: 2 })
    expect(new ConfigError('x', { field: 'listen' })).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 78 })
    expect(new ConfigError('x', { code: 'PORT_IN_USE' }).code).toBe('PORT_IN_USE')
  })

  it('show as JSON what a person needs, and nothing of metadata or cause', () => {
    const error = new ConfigError('port 1 is taken', {
      field: 'listen',
      remedy: 'choose another port',
      metadata: { secret: 'hidden' },
      cause: new Error('hidden'),
    })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      error: { code: 'CONFIG_INVALID', message: 'port 1 is taken', remedy: 'choose another port', field: 'listen' },
    })
    expect(JSON.parse(JSON.stringify(new MontanaError('X', 'x')))).toEqual({ error: { code: 'X', message: 'x' } })
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('are told apart: a timeout is no abort', () => {
    expect(isAbort(new AbortError())).toBe(true)
    expect(isAbort(AbortSignal.abort().reason)).toBe(true)
    expect(isAbort(new TimeoutError(5))).toBe(false)
    expect(isAbort('AbortError')).toBe(false)
  })

  it('have a code and a message whatever they are', () => {
    expect(errorCode(new TimeoutError(5))).toBe('TIMEOUT')
    expect([errorCode(undefined), errorCode('x'), errorCode({ code: 7 })]).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
    expect([errorMessage(new Error('a')), errorMessage('b')]).toEqual(['a', 'b'])
  })
})
