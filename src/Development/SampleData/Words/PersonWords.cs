namespace KhsCrm.Development.SampleData.Words;

internal static class PersonWords
{
    public static readonly string[] FirstNames =
    [
        "James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "William",
        "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Karen", "Carlos", "Sarah", "Daniel", "Lisa",
        "Matthew", "Nancy", "Anthony", "Sandra", "Mark", "Ashley", "Steven", "Emily", "Andrew", "Kimberly", "Miguel",
        "Donna", "Joshua", "Michelle", "Kevin", "Carol", "Brian", "Amanda", "George", "Melissa", "Luis", "Deborah",
        "Jason", "Stephanie", "Ryan", "Rebecca", "Jacob", "Laura", "Gary", "Helen", "Omar", "Priya", "Wei", "Aisha",
    ];

    public static readonly string[] LastNames =
    [
        "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez",
        "Hernandez", "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas", "Taylor", "Moore", "Jackson", "Martin", "Lee",
        "Perez", "Thompson", "White", "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson", "Walker", "Young",
        "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Hill", "Flores", "Green", "Adams", "Nelson", "Baker",
        "Hall", "Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Kowalski", "O'Brien", "Schmidt", "Patel",
        "Okafor", "Larsen", "Rossi", "Novak", "Chen", "Kim",
    ];

    public static readonly string[] BusinessKinds =
    [
        "Dental Group", "Property Management", "Bakery", "Auto Body", "Veterinary Clinic", "Apartments", "Law Offices",
        "Elementary School", "Hardware", "Brewing Company", "Family Restaurant", "Storage", "Fitness Center",
        "Community Church", "Day Care", "Insurance Agency",
    ];

    /// <summary>Who the five sample workers are.</summary>
    public static readonly string[] Workers =
        ["Marcus Bell", "Tony Alvarez", "Dana Kowalczyk", "Reggie Brooks", "Nina Petrov"];
}
