package saving

var YAMLToJSON = yamlToJSON

const MaxYAML = maxYAML
