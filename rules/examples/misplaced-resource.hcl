stack "**" {
  inside = ["china"]
}
