// A table large enough for the bound in bytes, and ten kills: the test command takes a small one.
import './kill.test.js'
