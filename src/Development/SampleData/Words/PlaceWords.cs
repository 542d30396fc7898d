namespace KhsCrm.Development.SampleData.Words;

/// <summary>A town with its postal codes from <paramref name="FirstZip"/> on and its telephone area.</summary>
internal sealed record Town(string Name, string State, int FirstZip, int AreaCode);

internal static class PlaceWords
{
    public static readonly string[] Streets =
    [
        "Maple", "Oak", "Washington", "Cedar", "Elm", "Lake", "Hill", "Walnut", "Spring", "North", "Ridge", "Church",
        "Willow", "Mill", "Sunset", "Railroad", "Jefferson", "Highland", "Chestnut", "River", "Spruce", "Franklin",
        "Meadow", "Forest", "Lincoln", "Prospect", "Dogwood", "Liberty", "Birch", "Hickory", "Orchard", "Magnolia",
        "Sycamore", "Juniper", "Clover", "Quarry", "Old Mill", "Fox Run", "Stonebridge", "Harbor View",
    ];

    public static readonly string[] StreetKinds =
        ["Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard", "Place", "Way", "Circle"];

    public static readonly Town[] Towns =
    [
        new("Springfield", "IL", 62701, 217), new("Dayton", "OH", 45402, 937), new("Fort Wayne", "IN", 46802, 260),
        new("Grand Rapids", "MI", 49503, 616), new("Madison", "WI", 53703, 608), new("Des Moines", "IA", 50309, 515),
        new("Peoria", "IL", 61602, 309), new("Toledo", "OH", 43604, 419), new("Lansing", "MI", 48912, 517),
        new("Rockford", "IL", 61101, 815), new("Evansville", "IN", 47708, 812), new("Green Bay", "WI", 54301, 920),
        new("Cedar Rapids", "IA", 52401, 319), new("Kalamazoo", "MI", 49001, 269), new("Columbus", "OH", 43201, 614),
        new("Champaign", "IL", 61820, 217), new("Naperville", "IL", 60540, 630), new("Appleton", "WI", 54911, 920),
    ];
}
