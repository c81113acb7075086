// Package catalog reads the knowledge tables: what there is of clouds, and what resource types can do with them.
//
// Tables are text files, one row a line, read by a small strict parser. Fields are separated by spaces or
// tabs; a field with spaces in it is quoted with `"`; `#` starts a comment at the start of a line or after a space
// (sources and notes live there). The first word of a row is its kind. Unknown words, wrong columns and duplicates are
// refused with `file:line:`. Rows of the user's policy go through the same parser.
//
// Load reads and checks everything. A scan should not wait for what it does not need: Open reads the link rows of a type
// when the type is asked, and leaves the checking to the tests of the tables that it reads.
//
// # Clouds
//
//	partition CLOUD PARTITION SIDE "NAME" [saas|regional]
//	serves    PARTITION PARTITION           the first is the directory of who may do what in the second, wherever in it
//	word      CLOUD PARTITION WORD...       other names of the partition: a provider's `environment` argument, an ARN's
//	                                        partition field, a universe domain; a cloud without partitions may have words
//	                                        for those of others
//	region    CLOUD PARTITION REGION...     its regions and areas, in lower case, compared without spaces;
//	                                        `REGION=SPELLING...` for one that has other names as well
//	pattern   CLOUD PARTITION REGEXP        regions that are not listed; only asked after the lists. Zones need no row:
//	                                        their region is found by what it begins with
//	identifier CLOUD PREFIX REGEXP          ids that tell where they are from; groups named partition (a word of the
//	                                        cloud), region, account, tenant, service and host; PREFIX is a literal that the
//	                                        value begins with, `*LITERAL` one that it holds (a cheap first test). A host that tables know tells the
//	                                        cloud too
//
// `saas` marks clouds whose hosts are reached from anywhere by design: a literal host of theirs in an attribute that no
// row explains is no finding. `regional` marks partitions that differ by region alone: an account may use several.
//
// # Hosts
//
//	host exact|suffix|regexp PATTERN CLOUD PARTITION[,PARTITION...]|ambiguous
//	host literal REGEXP CLOUD PARTITION|ambiguous
//	pages HOST...                           hosts that people open, as consoles and documentation are, and all under them:
//	                                        a text that mentions one calls nothing
//
// A literal is asked first, about the whole string in lower case: strings that look like hosts and are none, or that
// tell more than their host. The others are asked about the host alone, without scheme, user, port and path: the exact
// names, the regular expressions in their order, then the suffixes, of which the longest wins. A suffix `x.y` is the
// name itself and everything under it. `ambiguous` is a host that is known to be no evidence. One that
// several partitions share is evidence that it is of none but them.
//
// # Sites
//
//	provider SOURCE CLOUD [NAME...]         which cloud the provider is for; `hashicorp/aws aws`. A fork is known by
//	                                        the last part of its source; NAME is another such part
//	site SOURCE provider ATTRIBUTE GIVES    an argument of the provider block that places it
//	site * provider ATTRIBUTE host          and one that places those of all providers without a row, where tables know the
//	                                        host or the user does
//	site SOURCE env VARIABLE GIVES          an environment variable that stands in for an argument of the same GIVES
//	site SOURCE default PARTITION partition the partition of those that set no argument and no variable, as the provider says
//	site SOURCE TYPE ATTRIBUTE GIVES        an attribute of resources that places the resource itself; TYPE may be a glob
//	site SOURCE TYPE ATTRIBUTE -            an attribute that tells nothing of the resource's place, whatever a glob says
//	site SOURCE TYPE - wide                 resources of a service of the whole partition: their provider's region says
//	                                        nothing but the partition
//	site SOURCE TYPE - nowhere              resources of a service of several partitions: their provider's region says
//	                                        nothing at all
//
// GIVES is one of region, zone, partition, account, tenant, host, id (anything an identifier row understands), authority,
// a host of a provider's that alone decides the partition: with it, what else gives one is not read, or organization,
// in which the account has its name: ORGANIZATION.ACCOUNT is what links and policies call it. Of rows
// about one attribute, that of the type itself wins, then the glob with more letters.
//
// # Links
//
//	types WORD...                           as the first line of a table of links: all of them are about types that begin
//	                                        with one of these words and `_`. Such a table is read when one is asked for
//	link TYPE ATTRIBUTE KIND BY[@CLOUD] [DIRECTION]
//	link TYPE ATTRIBUTE KIND true@PARTITION [DIRECTION]
//	link TYPE ATTRIBUTE -                   looked at: joins nothing
//	link TYPE ATTRIBUTE - words             what people write for each other, such as tags and notes: joins nothing,
//	                                        whatever rows with globs say of names in it, or any row of what is above it
//	refine TYPE ATTRIBUTE [WORD]            the attribute says what a resource of TYPE is; WORD where it is not set
//	inert TYPE ATTRIBUTE WORD...            the block that the attribute is in joins nothing where it says one of the words,
//	                                        as rules of firewalls do that deny; `*` in a word is any text, and alone that
//	                                        anything is there; where ATTRIBUTE ends with `.*`, each element of a list, or
//	                                        each line of a text, says of itself that it joins nothing
//
// TYPE is a resource type or a glob; `data.TYPE` for data sources. ATTRIBUTE is the path with dots and without indexes
// (`rule.destination.bucket`); `*` stands for a part of a name, `**` for any number of names; a row answers for
// everything under its attribute as well (map elements). The most specific row answers: exact type before glob, and the
// glob with more letters before the others; then a row that names the attribute itself (without glob, then the longer)
// before one that names something above it (the longer). A `**` at the end names what is above. DIRECTION is what flows
// as seen from the resource: out, in or both (both where left out).
//
// `true@PARTITION` is for truth values: where it is true, the far end is that partition.
//
// A refined type is TYPE:WORD, where WORD is what its attribute says, in lower case and without what follows an `@`:
// `azapi_*:microsoft.network/*`. Rows of refined types answer before those of the type alone. Where rows name what is
// inside of an attribute that is a text, the text is read as JSON.
//
// # Roles
//
//	role CLOUD CLASS NAME...                a built-in role or managed policy, by each of its spellings
//	rolename CLOUD REGEXP                   longer spellings, in lower case: the only group is the NAME to look up
//	escalation CLOUD NAME ACTION...         a set of actions that together amount to full administration
//	action CLOUD CLASS PATTERN...           actions whose holder has the privilege of CLASS; `*` is any text, `?` a letter
//
// CLASS is one of none, read, use, billing, data, key, network, identity, full.
//
// # Identities
//
//	become TYPE FROM TO                     resources of TYPE make whoever FROM names become what TO names; `.` is the
//	                                        resource itself: as FROM those whom it trusts, as TO what it is
//	principal TYPE account                  policy documents name resources of TYPE, and mean an identity or an account
//	principal TYPE issuer|metadata ATTRIBUTE [NAME]
//	                                        or those whom somebody vouches for, whom ATTRIBUTE tells by address or SAML;
//	                                        others may name the resource by the attribute NAME
//	principal TYPE service NAME             or the service NAME, which lets in those whom the resource trusts
//	principal TYPE guest                    or whoever accepts the resource's invitation
//	principal TYPE group ATTRIBUTE          or the members of a group, whom others name by ATTRIBUTE
//	power TYPE ATTRIBUTE CLASS              whom ATTRIBUTE names has the privilege of CLASS over the resource
//	custom TYPE LANGUAGE ATTRIBUTE [NAME]   resources of TYPE are roles, and ATTRIBUTE says what they give: the name of a
//	                                        built-in role (named), a list of actions (permissions), a policy document
//	                                        (document), or blocks as azure and kubernetes have them; grants may name
//	                                        them by the attribute NAME
//	vendor CLOUD ACCOUNT...                 accounts of the cloud's own, in which its services work for every customer
//	account TYPE ATTRIBUTE PARTITION        ATTRIBUTE is the number of an account in the partition
//	pool TYPE PROVIDER ATTRIBUTE            resources of TYPE are pools of identities, whom those of PROVIDER let in; both
//	                                        have the pool's name in ATTRIBUTE
//
// # Roles that policies are given to
//
//	roletype TYPE CLOUD NAME...             resources of TYPE are such roles, which others name by the attributes NAME
//	roletrust TYPE ATTRIBUTE...             arguments with the document of who may become one, or with a list of them
//	rolepolicy TYPE managed|inline|boundary ATTRIBUTE
//	                                        its own argument that names policies which it has, that holds a document, or
//	                                        that names the policy which bounds it
//	attach TYPE ROLETYPE ATTRIBUTE managed|inline ATTRIBUTE
//	                                        resources of TYPE give the roles that the first ATTRIBUTE names the policies
//	                                        that the second one names, or the document that it holds
//	policytype TYPE ROLETYPE ATTRIBUTE NAME...
//	                                        resources of TYPE are policies, with the document in ATTRIBUTE; roles and what is
//	                                        attached to them name them by the attributes NAME
//	statements TYPE ATTRIBUTE               resources of TYPE make a policy document of their statement blocks, in ATTRIBUTE
//
// # Names
//
//	known TYPE ATTRIBUTE TEMPLATE           others mean a resource of TYPE by its ATTRIBUTE: a name that only one thing can
//	                                        have. TEMPLATE says what that is where it is not known yet, with {OTHER} for
//	                                        what another attribute says and {partition} for where the resource is; just
//	                                        {} where the configuration writes ATTRIBUTE itself
//
// # Data sources
//
//	data TYPE ATTRIBUTE GIVES               an attribute of a data source that follows from its provider configuration;
//	                                        GIVES as for sites, also dns_suffix
//
// # Functions of providers
//
//	function SOURCE NAME make TEXT          a function makes TEXT, with its arguments in the place of each `{}`
//	function SOURCE NAME take REGEXP        or takes what the groups find in its one argument: their text, put together, or an
//	                                        object of those that have names
package catalog

// Kind is what a link does; each kind but Nothing and Grant belongs to one rule.
type Kind uint8

// The kinds of link.
const (
	NoKind     Kind = iota
	Nothing         // `-`: looked at, joins nothing
	Network         // networks joined or made reachable
	Replicate       // data, snapshots, images copied or backed up
	Export          // logs, events, messages, streams delivered
	Trust           // identities of the far end are accepted
	Grant           // part of a grant of privilege: who, which role, over what
	SharedKey       // an encryption key used from the other side
	Credential      // a long-lived credential made or kept
	DNS             // names resolved, forwarded or delegated
	Endpoint        // a host that is called, for a reason that no other kind names
	State           // Terraform state or outputs of another stack
	Same            // must be of the own partition: another's cannot work here
	Flow            // a value is used, and nothing more is known of it
)

// By is how an attribute's value names the far end.
type By uint8

// The ways to name a far end. Whatever the way, a value that an identifier row understands says more than the way.
const (
	NoBy        By = iota
	ByID           // an opaque id, ARN, self link: found by value, by reference, or by another resource that has it
	ByName         // a name that is only unique where it is: found by reference
	ByRegion       // a region of the resource's own cloud
	ByZone         // a zone of the resource's own cloud
	ByPartition    // a word for a partition
	ByAccount      // an account, subscription, project or tenancy of the resource's own cloud
	ByTenant       // an Entra tenant, by id or domain
	ByHost         // a host, host:port or URL
	ByAddress      // an IP address or a network in CIDR form
	ByPrincipal    // somebody: an ARN, an account, a member string, a mail address
	ByRole         // in a grant: which role or policy
	ByScope        // in a grant: over what
	ByPolicy       // a policy document, read by rules/access
	BySecret       // the value is a secret of the resource that it comes from
	ByText         // text that may hold hosts and ids among other things
	ByHub          // the thing that all resources with the same value are joined by
	ByTrue         // a truth value: where it is true, the partition that the row names
	ByProof        // the value proves whose a domain is: whoever publishes it is joined with nobody
	ByOwn          // in a grant: somebody of the directory that the resource is of
	ByWords        // with Nothing: what people write for each other
)

// Direction is what flows along a link as seen from the resource that makes it.
type Direction uint8

// The directions.
const (
	Both Direction = iota
	Out
	In
)

// Gives is what an argument or attribute tells of a place.
type Gives uint8

// What can be told of a place.
const (
	NoGives Gives = iota
	GivesRegion
	GivesZone
	GivesPartition
	GivesAccount
	GivesTenant
	GivesHost
	GivesAuthority // a host that alone decides the partition
	GivesID
	GivesOrganization // accounts are named within it: ORGANIZATION.ACCOUNT
	GivesNowhere
	GivesWide
	GivesDNSSuffix
	GivesNothing // `-`: tells nothing, whatever a glob of more types says
)

// Class is what a role amounts to, from nothing worth telling to everything.
type Class uint8

// The classes of privilege. Everything from Billing up is an administrator's.
const (
	NoClass Class = iota
	Read
	Use // works with things, administers nothing
	Billing
	Data
	KeyAdmin
	NetworkAdmin
	IdentityAdmin
	Full
)
