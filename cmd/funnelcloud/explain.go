package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newExplain(connections *connectionFlags) *cobra.Command {
	var output string
	var top uint32
	var conversations bool
	c := &cobra.Command{
		Use:   "explain [person|account] ID",
		Short: "Tell why: the story of a person, account or conversion, each line with the event that proves it",
		Long: "Tell why, from the tables alone. ID is an e-mail address, a user, device or person id, an account, or a\n" +
			"conversion as the tables and dashboards name it, such as person:won:p_1f0c:1.",
		Example: "  funnelcloud explain ada@example.com\n  funnelcloud explain account acme\n  funnelcloud explain ada@example.com --conversations",
		Args:    arguments(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			kind := ""
			if len(args) == 2 {
				kind = args[0]
			}
			if kind != "" && kind != "person" && kind != "account" {
				return usageError{fmt.Errorf("explain %s: the first of two arguments is person or account", kind)}
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				e := explainer{db: db, screen: newScreen(output == outputJSON), output: output, top: top, conversations: conversations}
				return e.explain(c.Context(), kind, args[len(args)-1])
			})
		},
	}
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	c.Flags().Uint32Var(&top, "top", 200, "lines of a story, or touches of a conversion, at most")
	c.Flags().BoolVar(&conversations, "conversations", false, "show everything said in their conversations instead")
	connections.register(c.Flags())
	return c
}

type explainer struct {
	db     *warehouse.DB
	screen *screen
	output string
	top    uint32

	conversations bool
}

// explanation is a unit's story, its conversations, or the credit of a conversion.
type explanation struct {
	UnitKind      string      `json:"unit_kind,omitempty"`
	UnitID        string      `json:"unit_id,omitempty"`
	Head          *unitHead   `json:"head,omitempty"`
	Story         []storyLine `json:"story,omitempty"`
	Conversations []saidLine  `json:"conversations,omitempty"`

	Conversion *conversionHead `json:"conversion,omitempty"`
	Credit     []creditLine    `json:"credit,omitempty"`
}

type unitID struct {
	Kind string `ch:"unit_kind"`
	ID   string `ch:"unit_id"`
}

func (e explainer) explain(ctx context.Context, kind, who string) error {
	if isConversion(who) {
		return e.conversion(ctx, who)
	}
	units, err := warehouse.SelectAll[unitID](ctx, e.db, "screens/find_unit.sql", warehouse.Params{"who": who})
	if err != nil {
		return err
	}
	units = slices.DeleteFunc(units, func(u unitID) bool { return kind != "" && u.Kind != kind })
	if len(units) == 0 {
		return fmt.Errorf("nobody is called %q in the published run: give an e-mail address, a user, device, person or account id, or a conversion id", who)
	}
	var stories []explanation
	for _, u := range units {
		story, err := e.story(ctx, u)
		if err != nil {
			return err
		}
		stories = append(stories, story)
	}
	if e.output == outputJSON {
		return writeJSON(e.screen, stories)
	}
	for _, s := range stories {
		e.showHead(s)
		if e.conversations {
			e.showConversations(s)
		} else {
			e.showStory(s)
		}
	}
	return nil
}

func (e explainer) story(ctx context.Context, u unitID) (explanation, error) {
	params := warehouse.Params{"unit_kind": u.Kind, "unit_id": u.ID, "top": e.top + 1}
	s := explanation{UnitKind: u.Kind, UnitID: u.ID}
	heads, err := warehouse.SelectAll[unitHead](ctx, e.db, "screens/unit_head.sql", params)
	if err != nil {
		return s, err
	}
	if len(heads) > 0 {
		s.Head = &heads[0]
	}
	if e.conversations {
		s.Conversations, err = warehouse.SelectAll[saidLine](ctx, e.db, "screens/conversations.sql", params)
		return s, err
	}
	s.Story, err = warehouse.SelectAll[storyLine](ctx, e.db, "screens/unit_story.sql", params)
	return s, err
}

// isConversion tells a conversion id, unit_kind:type:unit:cycle, from the other ids.
func isConversion(id string) bool {
	return (strings.HasPrefix(id, "person:") || strings.HasPrefix(id, "account:")) && strings.Count(id, ":") >= 3
}
