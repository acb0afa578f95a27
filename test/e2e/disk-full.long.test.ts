// The same, again and again.
import './disk-full.test.js'
