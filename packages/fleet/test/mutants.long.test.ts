import './mutants.test.js'
