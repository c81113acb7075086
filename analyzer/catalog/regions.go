package catalog

import "slices"

// Regions are the listed regions of a partition in the spelling in which they are compared, sorted. A partition whose
// regions are only known by patterns has none here.
func (c *Catalog) Regions(partition string) []string {
	var out []string
	for key, row := range c.clouds.regions {
		if row.partition == partition {
			out = append(out, key.name)
		}
	}
	slices.Sort(out)
	return out
}
