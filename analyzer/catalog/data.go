package catalog

import "fmt"

func (c *Catalog) readData(r row) error {
	d := DataRow{Type: r.fields[1], Attribute: r.fields[2], Where: r.where()}
	if !isType(d.Type) || !isAttribute(d.Attribute) {
		return fmt.Errorf("%s %s is not a data source's type and attribute", d.Type, d.Attribute)
	}
	var err error
	if d.Gives, err = ParseGives(r.fields[3]); err != nil {
		return err
	}
	if d.Gives == GivesNowhere || d.Gives == GivesNothing {
		return fmt.Errorf("an attribute of a data source cannot give %s", d.Gives)
	}
	for _, other := range c.data[d.Type] {
		if other.Attribute == d.Attribute {
			return fmt.Errorf("data %s %s is there twice", d.Type, d.Attribute)
		}
	}
	c.data[d.Type] = append(c.data[d.Type], d)
	return nil
}

// Data are the rows of a data source type.
func (c *Catalog) Data(typ string) []DataRow { return c.data[typ] }
