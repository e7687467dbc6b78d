// Command fieldkit is the outreach kit of an officer's laptop and the county's
// server in one program.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"fieldkit/frontend"
	"fieldkit/internal/county"
	"fieldkit/internal/demo"
	"fieldkit/internal/rpc"
	"fieldkit/internal/shell"
	"fieldkit/internal/story"
)

// version is set by the release build.
var version = "0.1.0"

type cli struct {
	Kit     kitCommand     `cmd:"" default:"withargs" help:"Open the kit (the default)."`
	County  countyCommand  `cmd:"" help:"Run the county's server."`
	Demo    demoCommand    `cmd:"" help:"Play the main job on this machine: kits record offline, sync over a bad line, the county adds up."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Wall    string         `env:"FIELDKIT_WALL" hidden:"" help:"Start the wall clock at this time (RFC 3339): for demos and tests."`
}

// wall is the wall clock: the machine's, or one that starts elsewhere.
func (c *cli) wall() (func() time.Time, error) {
	if c.Wall == "" {
		return time.Now, nil
	}
	start, err := time.Parse(time.RFC3339, c.Wall)
	if err != nil {
		return nil, fmt.Errorf("the time %q is not RFC 3339: %w", c.Wall, err)
	}
	began := time.Now()
	return func() time.Time { return start.Add(time.Since(began)) }, nil
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("fieldkit", version)
	return nil
}

type countyCommand struct {
	Init  countyInit  `cmd:"" help:"Make a county in a data directory."`
	Serve countyServe `cmd:"" help:"Serve kits and the dashboard."`
	Enrol countyEnrol `cmd:"" help:"Issue a one-time enrolment code."`

	Factor countyFactor `cmd:"" help:"Take the second factor (a telephone's code) away from an account whose owner lost the telephone, beside a running server or without one."`
	Report countyReport `cmd:"" help:"Write a report (.docx) and ledgers (.xlsx) without a browser, beside a running server or without one."`
}

type countyInit struct {
	Dir          string `help:"Data directory of the county." default:"${countydir}" type:"path"`
	Name         string `help:"The county's name, such as 青岚县." required:""`
	Admin        string `help:"Name of the first account." default:"admin"`
	PasswordFile string `help:"File with the first account's password; - reads one line from standard input." type:"existingfile" default:"-"`
}

func (i *countyInit) Run(ctx context.Context, c *cli) error {
	wall, err := c.wall()
	if err != nil {
		return err
	}
	password, err := readPassword(i.PasswordFile)
	if err != nil {
		return err
	}
	if err := county.Init(ctx, i.Dir, county.InitOptions{Name: i.Name, Admin: i.Admin, Password: password, Wall: wall}); err != nil {
		return err
	}
	fmt.Printf("%s is ready in %s\nNext: fieldkit county serve --dir %s\n", i.Name, i.Dir, i.Dir)
	return nil
}

func readPassword(file string) (string, error) {
	var from io.Reader = os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		from = f
	} else if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(os.Stderr, "Password of the first account (it is shown as you type): ")
	}
	line, err := bufio.NewReader(from).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

type countyServe struct {
	Dir     string   `help:"Data directory of the county." default:"${countydir}" type:"path"`
	Listen  string   `help:"Address for kits and browsers, over HTTPS; empty for none." default:":8443"`
	Local   string   `help:"Loopback address for browsers of this machine, over HTTP; empty for none." default:"127.0.0.1:8080"`
	Address []string `help:"Base URL at which kits reach this server, written into enrolment codes."`
	Backups string   `help:"Where the daily backup goes, best on another disk; in the data directory when not given." type:"path"`
}

func (s *countyServe) Run(ctx context.Context, c *cli) error {
	if s.Listen == "" && s.Local == "" {
		return errors.New("give --listen or --local: with neither there is nothing to serve")
	}
	wall, err := c.wall()
	if err != nil {
		return err
	}
	o, err := county.Open(ctx, s.Dir, county.Options{Frontend: frontend.Dist(), Addresses: s.Address, Version: version, Backups: s.Backups, Wall: wall, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if errors.Is(err, county.ErrInUse) {
		return fmt.Errorf("县服务器已经在运行，请直接打开它的网页。The county's server is running already; open its page (%w)", err)
	}
	if err != nil {
		return err
	}
	defer o.Close()
	var listen, local net.Listener
	if s.Listen != "" {
		if listen, err = net.Listen("tcp", s.Listen); err != nil {
			return occupied("--listen", s.Listen, err)
		}
		fmt.Println("fieldkit county kits: https://" + listen.Addr().String())
	}
	if s.Local != "" {
		if local, err = net.Listen("tcp", s.Local); err != nil {
			return occupied("--local", s.Local, err)
		}
		fmt.Println("fieldkit county dashboard: http://" + local.Addr().String())
	}
	return o.Serve(ctx, listen, local)
}

// occupied says what to do about an address that the server cannot have.
func occupied(option, address string, err error) error {
	return fmt.Errorf("不能用 %s，多半是别的程序占着：关掉它，或用 %s 换一个端口。%s cannot be used, likely another program has it: end that one, or name another port with %s (%w)", address, option, address, option, err)
}

type countyEnrol struct {
	Dir        string   `help:"Data directory of the county." default:"${countydir}" type:"path"`
	Unit       string   `help:"The unit's code, 2 to 12 letters and digits." required:""`
	UnitName   string   `help:"The unit's name, when it is new."`
	ShortName  string   `help:"The unit's short name, when it is new."`
	Department string   `help:"The unit's department, D01 to D17, when it is new."`
	Label      string   `help:"Suggested name of the computer."`
	Address    []string `help:"Base URL at which the kit reaches the server."`
}

func (e *countyEnrol) Run(ctx context.Context, c *cli) error {
	wall, err := c.wall()
	if err != nil {
		return err
	}
	code, err := county.IssueCode(ctx, e.Dir, county.Options{Addresses: e.Address, Wall: wall},
		county.CodeForm{Label: e.Label, Unit: county.UnitForm{Code: e.Unit, Name: e.UnitName, ShortName: e.ShortName, Department: e.Department}})
	if err != nil {
		return err
	}
	fmt.Println(code.Text)
	return nil
}

type countyFactor struct {
	Dir  string `help:"Data directory of the county." default:"${countydir}" type:"path"`
	Drop string `help:"Name of the account. Its password still holds; it binds a telephone anew under Settings." required:"" placeholder:"ACCOUNT"`
}

func (f *countyFactor) Run(ctx context.Context, c *cli) error {
	wall, err := c.wall()
	if err != nil {
		return err
	}
	if err := county.DropFactor(ctx, f.Dir, county.Options{Wall: wall}, f.Drop); err != nil {
		return err
	}
	fmt.Printf("%s signs in with its password alone\n", f.Drop)
	return nil
}

type countyReport struct {
	Dir         string   `help:"Data directory of the county." default:"${countydir}" type:"path"`
	Kind        string   `help:"r1: a bank to its regulator; r2: the cyber brigade; r3: the county's police bureau." enum:"r1,r2,r3" required:""`
	From        string   `help:"First day, 2025-01-01." required:""`
	To          string   `help:"Last day, 2025-12-31." required:""`
	Unit        []string `help:"Codes of the units whose figures count; the first one issues the report. None: the whole county."`
	Out         string   `help:"The .docx to write." required:"" type:"path"`
	Ledgers     string   `help:"Also write the ledgers T1 to T12 into this directory." type:"path"`
	Definitions bool     `help:"Print the figures' definitions as an annex."`
}

func (r *countyReport) Run(ctx context.Context, c *cli) error {
	wall, err := c.wall()
	if err != nil {
		return err
	}
	order := county.ReportOrder{Kind: strings.ToUpper(r.Kind), From: r.From, To: r.To, Units: r.Unit, Out: r.Out, Ledgers: r.Ledgers, Definitions: r.Definitions}
	files, err := r.write(ctx, wall, order)
	for _, file := range files {
		fmt.Println(file)
	}
	if errors.Is(err, county.ErrInUse) {
		return errors.New("有别的程序正打开县的数据，又不应答，没有生成报告。请稍后再试。Another program has the county open and does not answer; no report was made. Try again later")
	}
	return err
}

// write has the files made by the server that runs, else opens the county for it.
func (r *countyReport) write(ctx context.Context, wall func() time.Time, order county.ReportOrder) ([]string, error) {
	o, err := county.Open(ctx, r.Dir, county.Options{Version: version, Wall: wall, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if errors.Is(err, county.ErrInUse) {
		return county.OrderReport(ctx, r.Dir, order)
	}
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return o.WriteReport(ctx, order)
}

type demoCommand struct {
	Story bool   `help:"Play the whole year of the story, with every concurrent edit."`
	Seed  int64  `help:"Play invented days instead of the story's first quarter; with --story the order in which the kits sync."`
	Kits  int    `help:"How many kits, with --seed." default:"3"`
	Once  bool   `help:"End when the figures are printed; status 1 when one differs."`
	JSON  bool   `help:"Print a JSON object as the last line."`
	Out   string `help:"With --story: write the reports, ledgers and figures into this directory." type:"path"`
	Keep  string `help:"Keep all databases in this directory." type:"path"`
}

func (d *demoCommand) Run(ctx context.Context) error {
	if d.Story {
		return story.Run(ctx, story.Options{Seed: uint64(d.Seed), Once: d.Once, JSON: d.JSON, Out: d.Out, Keep: d.Keep, Frontend: frontend.Dist(), To: os.Stdout, Open: shell.OpenBrowser})
	}
	if d.Out != "" {
		return errors.New("--out needs --story")
	}
	return demo.Run(ctx, demo.Options{Seed: d.Seed, Kits: d.Kits, Once: d.Once, JSON: d.JSON, Keep: d.Keep, Out: os.Stdout, Open: shell.OpenBrowser})
}

func main() {
	config, err := os.UserConfigDir()
	if err != nil {
		config = "."
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &cli{}
	parser := kong.Must(c, kong.Name("fieldkit"), kong.Description("反诈宣传外勤工具箱 — outreach records offline, synced to the county."),
		kong.UsageOnError(), kong.Exit(func(code int) { os.Exit(min(code, 1)) }), kong.Vars{"kitdir": filepath.Join(config, "fieldkit", "kit"), "countydir": filepath.Join(config, "fieldkit", "county")},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(c))
	run, err := parser.Parse(os.Args[1:])
	if err != nil {
		if shell.HasWindow {
			shell.Tell("fieldkit: " + err.Error()) // a shortcut with a wrong option has no console
		}
		parser.FatalIfErrorf(err)
	}
	if err := run.Run(); err != nil {
		shell.Tell(said(err))
		os.Exit(1)
	}
}

// said is an error as it is told to whoever started the program.
func said(err error) string {
	var user *rpc.UserError
	if errors.As(err, &user) { // its text is JSON for the screens
		return user.Message + "\n" + user.MessageEN
	}
	return "fieldkit: " + err.Error()
}
