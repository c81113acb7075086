// Package analyzer finds what joins the sides of separate clouds, and says so.
//
// Data goes one way through the rooms of the house; no room imports one to its right, which TestTower holds:
//
//	plan, state, saved plan ─┐                    rules/tables ──► catalog.Catalog ─┐
//	sources (load/source) ───┼─ load ──► model.Snapshot ── place ──► sites ── link ─┴─► link.Graph
//	a plan with its sources ─┘                                                             │
//	.demarc.hcl ──► boundary.Policy ──────────────► analyzer.Run(graph, policy, rules.All()) ──► Result ──► report
//
// A Graph and the catalog also make facts (package facts): the Snapshots of an estate without what nothing reads, for the
// join with Snapshots that another machine has. They are read back as Snapshots, and go the same way.
//
// A Snapshot (package model) is what one input says, in Terraform's terms and no cloud's: resource instances with known,
// unknown and sensitive values, the provider configurations that they use, and for every argument where its value may come
// from. A Catalog is the knowledge of clouds: rows in tables, read at start. Sites (package place) is where every provider
// configuration and resource is, each with its provenance; what cannot be known stays open. A Graph (package link) is the
// estate: every resource with its ends, which are the places that it touches through an attribute, and the links between
// ends that are in different places. It knows no sides.
//
// This package holds the contract of rules and findings. A Rule is a value with a function; it sees a Pass, and reports
// Findings with their evidence and blind spots for what could not be decided. The policy (package boundary) says which
// side a place is on, so that the same link may cross for one user and not for another. Run asks the rules in their
// order, lets telling rules speak before plain ones, marks what the policy or a comment allows, compares with a baseline,
// and puts everything in an order that depends on nothing but the input. Printers (package report) decide nothing.
//
// Four things carry most of the weight:
//
//   - A link row says how an attribute's value names the far end. A value that identifies itself (an ARN, a host, a
//     region) counts most; then the resource of the estate that has it; then what the configuration refers to.
//   - A value that is known cannot come from an attribute that is not: this tells which element of a map an instance took.
//   - All resources of one provider configuration are in one partition, so that one location places them all.
//   - What may be one of several is believed only where it does not matter which.
package analyzer
