namespace KhsCrm.Development.SampleData.Words;

/// <summary>A trade: what is done, and what has to be bought for it.</summary>
internal sealed record Trade(string[] Titles, Item[] Items);

/// <summary>A material with its unit and a usual amount, in hundredths.</summary>
internal sealed record Item(string Name, string Unit, int UsualHundredths);

internal static class JobWords
{
    public static readonly string[] Rooms =
        ["kitchen", "master bathroom", "basement", "guest bathroom", "garage", "attic", "living room", "laundry room"];

    public static readonly string[] Descriptions =
    [
        "Measure first; the customer picks the finish on site.", "Permit is posted at the front door.",
        "Haul away the old material when done.", "Match the existing work as closely as possible.",
        "Two visits: rough-in, then finish after the inspection.", "Protect the floors; the house is occupied.",
    ];

    public static readonly string[] Notes =
    [
        "Dog in the back yard, keep the gate shut.", "Call before arriving.", "Park on the street, not in the drive.",
        "Key is in the lock box.", "Customer works nights: no noise before 10.", "Water shut-off is behind the furnace.",
        "Invoice goes to the office, not to the site.",
    ];

    /// <summary><c>{0}</c> is a room.</summary>
    public static readonly Trade[] Trades =
    [
        new(["Remodel the {0}", "Drywall repair in the {0}", "Frame and finish the {0}"],
        [
            new("Drywall sheet 4x8 1/2 in", "sheet", 1200), new("Joint compound", "bucket", 200),
            new("Stud 2x4x8", "each", 2400), new("Drywall screws 1-1/4 in", "box", 300), new("Corner bead", "each", 600),
            new("Insulation batt R-13", "roll", 400), new("Baseboard 3-1/4 in", "ft", 6450),
        ]),
        new(["Replumb the {0}", "Fix the leak in the {0}", "Replace the water heater"],
        [
            new("PEX pipe 1/2 in", "ft", 10000), new("Copper elbow 3/4 in", "each", 800), new("Ball valve 3/4 in", "each", 200),
            new("PVC pipe 2 in", "ft", 2000), new("Pipe dope", "tube", 100), new("Wax ring", "each", 100),
            new("Water heater 50 gal", "each", 100),
        ]),
        new(["Rewire the {0}", "Install lighting in the {0}", "Upgrade the service panel"],
        [
            new("Romex 12/2", "ft", 25000), new("Outlet 20 A", "each", 1000), new("GFCI outlet", "each", 300),
            new("Breaker 20 A", "each", 400), new("Recessed light 6 in", "each", 800), new("Wire nuts", "bag", 100),
            new("Conduit 3/4 in EMT", "ft", 4000),
        ]),
        new(["Replace the roof", "Repair storm damage to the roof", "Install gutters"],
        [
            new("Asphalt shingles", "bundle", 6600), new("Roofing felt", "roll", 600), new("Roofing nails", "lb", 2550),
            new("Drip edge 10 ft", "each", 1800), new("Ridge vent", "ft", 4000), new("Gutter 5 in", "ft", 12000),
        ]),
        new(["Paint the {0}", "Paint the exterior", "Refinish the floor of the {0}"],
        [
            new("Interior paint, eggshell", "gal", 450), new("Primer", "gal", 250), new("Painter's tape", "roll", 600),
            new("Roller cover 9 in", "each", 600), new("Sandpaper 120 grit", "pack", 200), new("Polyurethane", "gal", 150),
        ]),
        new(["Build a deck", "Repair the porch", "Build a fence"],
        [
            new("Deck board 5/4x6x12", "each", 4800), new("Post 4x4x10", "each", 1200), new("Concrete mix 80 lb", "bag", 1600),
            new("Joist hanger 2x8", "each", 3200), new("Deck screws 3 in", "lb", 1050), new("Carriage bolt 1/2x6", "each", 2400),
        ]),
        new(["Tile the {0}", "Replace the counters in the {0}", "Regrout the {0}"],
        [
            new("Porcelain tile 12x24", "sq ft", 11250), new("Thinset mortar 50 lb", "bag", 400), new("Grout, sanded", "bag", 200),
            new("Backer board 3x5", "sheet", 900), new("Tile spacers 1/8 in", "bag", 200), new("Silicone caulk", "tube", 300),
        ]),
    ];
}
